declare module '*/sequence.mjs' {
  import type { BaseSequencer } from 'vitest/node'

  export class SpreadSequencer extends BaseSequencer {}
}
