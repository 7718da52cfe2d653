/** The page that people look at, as it was built: files without data. */

export interface ConsoleFile {
  bytes: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
  /** The same, compressed, where the host has it so. */
  gzip?: Uint8Array<ArrayBuffer>
}

export interface Console {
  /** A file by its name, `console.html` being the page; undefined: there is none of that name. */
  file(name: string): Promise<ConsoleFile | undefined>
}
