#!/usr/bin/env node
// A scripted agent: does what its prompt says, with nothing but the `maestro` command and files, as a model would.
// A task's title says how it goes: "fail …" fails, "ask …" asks a person first, "wait …" waits for the file `go`.
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const session = process.env.MAESTRO_SESSION_ID
const maestro = (...args) =>
  execFileSync('maestro', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const asked = (...args) => JSON.parse(maestro(...args, '--json'))
/** Others work in the same repository, and hold its lock now and then. */
const git = async (...args) => {
  for (let i = 0; ; i++) {
    const { status, stderr } = spawnSync('git', args, { encoding: 'utf8' })
    if (status === 0) return
    if (i === 100 || !stderr.includes('lock')) throw new Error(stderr)
    await sleep(50)
  }
}

/** The work: a file of its own for each task, committed by name. */
const work = async (task) => {
  if (task.title.startsWith('fail')) return false
  if (task.title.startsWith('wait')) {
    maestro('report', 'progress', 'Waiting', '--task', task.id)
    for (let i = 0; i < 600 && !existsSync('go'); i++) await sleep(50)
  }
  const file = `${task.title.replaceAll(' ', '-')}.txt`
  writeFileSync(file, `${task.title}\n`)
  await git('add', file)
  await git('commit', '--quiet', '--message', task.title, '--', file)
  return true
}

// Whoever is started twice leaves two lines.
appendFileSync('starts.log', `${session}\n`)
const prompt = readFileSync(process.argv[2], 'utf8')
const { taskIds, strategy } = asked('whoami')
for (const id of taskIds) if (!prompt.includes(id)) throw new Error(`the prompt does not name ${id}`)
process.stdout.write(`${taskIds.length} tasks, strategy ${strategy}\n`)

if (strategy === 'queue') {
  for (let { item } = asked('queue', 'start'); item; { item } = asked('queue', 'start')) {
    const task = asked('task', 'show', item.taskId)
    if (task.title.startsWith('ask'))
      maestro('report', 'needs-input', 'Tabs or spaces? I would take spaces', '--task', task.id)
    const done = await work(task)
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
    await work(asked('task', 'show', id))
    maestro('report', 'complete', 'Wrote it, and committed it', '--task', id)
  }
  maestro('report', 'complete', 'All done')
}
process.stdout.write('through\n')
