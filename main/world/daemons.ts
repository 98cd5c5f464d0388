/** Where a node finds each daemon the labs run; null where there is none. Paths are those on the node. */
export interface Daemons {
  sshd: string | null;
  nginx: string | null;
  resolved: string | null;
  resolvectl: string | null;
  /** For LD_LIBRARY_PATH: libraries that came with unpacked packages. */
  libraries: string;
}
