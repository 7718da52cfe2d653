// What the scripted workers do on a task. Its title says how it goes: "fail …" fails, "wait …" waits for the file `go`.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whoever is started twice leaves two lines. Fails if the prompt does not name the tasks. */
export const begin = (session, { taskIds, strategy }) => {
  appendFileSync('starts.log', `${session}\n`)
  const prompt = readFileSync(process.argv[2], 'utf8')
  for (const id of taskIds) if (!prompt.includes(id)) throw new Error(`the prompt does not name ${id}`)
  process.stdout.write(`${taskIds.length} tasks, strategy ${strategy}\n`)
}

/** Others work in the same repository, and hold its lock now and then. */
const git = async (...args) => {
  for (let i = 0; ; i++) {
    const { status, stderr } = spawnSync('git', ['-c', 'maintenance.auto=false', ...args], {
      encoding: 'utf8',
    })
    if (status === 0) return
    if (i === 100 || !stderr.includes('lock')) throw new Error(stderr)
    await sleep(50)
  }
}

/** A file of its own, committed by name; false if it cannot be done. */
export const work = async (task, sayWaiting) => {
  if (task.title.startsWith('fail')) return false
  if (task.title.startsWith('wait')) {
    await sayWaiting()
    for (let i = 0; i < 600 && !existsSync('go'); i++) await sleep(50)
  }
  const file = `${task.title.replaceAll(' ', '-')}.txt`
  writeFileSync(file, `${task.title}\n`)
  await git('add', file)
  await git('commit', '--quiet', '--message', task.title, '--', file)
  return true
}
