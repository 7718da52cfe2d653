// Loaded into a server before anything else: its wall clock is off by the milliseconds that a file says, looked up at SIGUSR2.
import { readFileSync } from 'node:fs'

const read = () => Number(readFileSync(process.env.MOVED_CLOCK_FILE ?? '', 'utf8'))
const now = Date.now
let offMs = read()
process.on('SIGUSR2', () => {
  offMs = read()
})
Date.now = () => now() + offMs
