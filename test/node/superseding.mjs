/** `node superseding.mjs OUTDIR TEXT`: puts a build of one small program into OUTDIR, as a build does, and removes what is old. */
import { activate } from '../../local-dev/build/activate.mjs'
import { removeSuperseded } from '../../local-dev/build/superseded.mjs'

const [outdir, text] = process.argv.slice(2)
const programs = new Map([['server.js', Buffer.from(text)]])
removeSuperseded(
  outdir,
  activate(outdir, { programs, entries: ['server'], standalone: new Map(), record: {} }),
)
