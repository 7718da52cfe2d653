/** What agents have printed, where the server shares the machine with their runner. It only grows, until it is cut. */
export interface Outputs {
  /** Its length in bytes; 0 where nothing has been printed. */
  size(sessionId: string): Promise<number>
  /** At most so many bytes from a position on; none at its end. */
  read(sessionId: string, position: number, maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
}
