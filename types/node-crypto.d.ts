import 'node:crypto'

/** Node has it from 20.12 on, its types of that line do not. */
declare module 'node:crypto' {
  export const hash: (algorithm: 'sha256', text: string, encoding: 'base64url') => string
}
