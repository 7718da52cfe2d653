#!/usr/bin/env node
// A scripted agent: does what its prompt says, with nothing but the `maestro` command and files, as a model would.
// A task whose title begins with "ask" is asked about first.
import { execFileSync } from 'node:child_process'
import { begin, work } from './work.mjs'

const session = process.env.MAESTRO_SESSION_ID
const maestro = (...args) =>
  execFileSync('maestro', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const asked = (...args) => JSON.parse(maestro(...args, '--json'))
const { taskIds, strategy } = asked('whoami')
begin(session, { taskIds, strategy })
const workOn = (task) => work(task, () => maestro('report', 'progress', 'Waiting', '--task', task.id))

if (strategy === 'queue') {
  for (let { item } = asked('queue', 'start'); item; { item } = asked('queue', 'start')) {
    const task = asked('task', 'show', item.taskId)
    if (task.title.startsWith('ask'))
      maestro('report', 'needs-input', 'Tabs or spaces? I would take spaces', '--task', task.id)
    const done = await workOn(task)
    maestro(
      'report',
      'progress',
      done ? 'Wrote it, and committed it' : 'It cannot be done',
      '--task',
      task.id,
    )
    if (done) maestro('queue', 'complete')
    else maestro('queue', 'fail', '--reason', 'There is no such thing')
  }
  maestro('session', 'complete')
} else {
  for (const id of taskIds) {
    await workOn(asked('task', 'show', id))
    maestro('report', 'complete', 'Wrote it, and committed it', '--task', id)
  }
  maestro('report', 'complete', 'All done')
}
process.stdout.write('through\n')
