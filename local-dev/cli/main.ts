#!/usr/bin/env node
/** The `maestro` command. */
import { setFlagsFromString } from 'node:v8'
import { dispatch } from './dispatch'
import { processIo } from './io'

// The parser of `fetch` is WebAssembly: to optimize it costs more than all that a command does with it (212 → 166 ms).
setFlagsFromString('--liftoff-only')

// The reader may close the pipe: `maestro events | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever else listens at this moment says it: to an export, a reader that has gone is a failure.
  if (process.stdout.listenerCount('error') > 1) return
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`maestro: standard output cannot be written: ${error.message}\n`)
  process.exit(1)
})

const code = await dispatch(process.argv.slice(2), processIo())
// A server that could not start has set its own.
if (code !== 0) process.exitCode = code
