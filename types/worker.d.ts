/** What the Worker uses of Node's modules, which `nodejs_compat` brings along: nothing else of Node's is there. */
declare module 'node:crypto' {
  interface Hash {
    update(text: string): Hash
    digest(): Uint8Array
    digest(encoding: 'base64' | 'base64url' | 'hex'): string
  }
  export const createHash: (algorithm: 'sha256') => Hash
  export const hash: (algorithm: 'sha256', text: string, encoding: 'base64url') => string
  export const createHmac: (algorithm: 'sha256', key: string | Uint8Array) => Hash
  export const timingSafeEqual: (one: Uint8Array, other: Uint8Array) => boolean
}
