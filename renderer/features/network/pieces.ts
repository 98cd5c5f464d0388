/** Where a cell's text may be broken when there is no room. Pure. */

/** Options of an iptables rule, each with its value and with the `!` before it. */
const options = /(?<=\s)(?=! -|(?<!! )-)/;
/** Before the port or the length of an address; in the middle of a MAC. */
const addresses =
  /(?<=^\d+\.\d+\.\d+\.\d+)(?=[:/])|(?<=^(?:[0-9a-f]{2}:){3})(?=(?:[0-9a-f]{2}:){2}[0-9a-f]{2}$)/;

export function pieces(column: string, text: string): string[] {
  return text.split(column === 'rule' ? options : addresses);
}
