/** The names things may have. Everything that reaches a command line or a path passes one of these. */
import { z } from 'zod';

const strict = (pattern: RegExp, what: string) => z.string().regex(pattern, what);

/** A lab's id, equal to its folder's name. */
export const LabId = strict(/^[a-z0-9][a-z0-9-]{0,40}$/, 'small letters, digits and dashes');
/** A node's id, and its host name: the article calls its machine boxA. */
export const NodeId = strict(
  /^[A-Za-z][A-Za-z0-9-]{0,30}$/,
  'a letter, then letters, digits and dashes',
);
/** An id inside a lab: network, rule, check, prediction. */
export const LocalId = strict(
  /^[a-z][a-z0-9-]{0,40}$/,
  'a small letter, then small letters, digits and dashes',
);
/** An interface name the kernel accepts: at most 15 characters (IFNAMSIZ in linux/if.h). */
export const InterfaceName = strict(
  /^[A-Za-z][A-Za-z0-9_.-]{0,14}$/,
  'an interface name: a letter, then at most 14 letters, digits, dots, dashes and underscores',
);
/** A user name. */
export const UserName = strict(/^[a-z_][a-z0-9_-]{0,30}$/, 'a user name');
/** A DNS name. */
export const DnsName = strict(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  'a DNS name in small letters',
);
/** A sysctl key under net. */
export const SysctlKey = strict(
  /^net(\.[A-Za-z0-9_-]+){1,6}$/,
  'a sysctl key that begins with net.',
);
/** A Vagrant box, which Vagrant would take for nothing else, and Ruby neither. */
export const BoxName = strict(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,60}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,60})?$/,
  'the name of a Vagrant box, such as bento/ubuntu-24.04',
);
export const Ipv4 = z.ipv4();
export const Cidr = z.cidrv4();
export const Mac = strict(
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/,
  'a MAC address such as 08:00:27:5e:1c:9a',
);
export const Port = z.number().int().min(1).max(65535);
/** An absolute path on a node, without `..`. */
export const NodePath = strict(
  /^\/(?!.*\.\.)[A-Za-z0-9_./@+-]{1,200}$/,
  'an absolute path on the node, without ..',
);
/** A path inside the lab's folder. */
export const LabPath = strict(
  /^(?!\/)(?!.*\.\.)[A-Za-z0-9_./@+-]{1,200}$/,
  'a path inside the lab folder, without ..',
);
