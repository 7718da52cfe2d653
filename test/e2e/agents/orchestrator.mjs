#!/usr/bin/env node
// A scripted orchestrator: splits its task in two, spawns a worker for each, waits, checks the files, and finishes.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const maestro = (...args) =>
  execFileSync('maestro', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const asked = (...args) => JSON.parse(maestro(...args, '--json'))

const [own] = asked('whoami').taskIds
const titles = ['left half', 'right half']
const parts = titles.map((title) => asked('task', 'create', '--parent-id', own, '--title', title))
maestro('report', 'progress', 'Two halves, a worker each', '--task', own)
for (const { id, title } of parts) maestro('session', 'spawn', '--task-ids', id, '--session-name', title)

const isOpen = () => asked('task', 'children', own).some(({ sessionStatus }) => sessionStatus !== 'completed')
// To ask is a process each time, which the workers wait for.
for (let i = 0; i < 40 && isOpen(); i++) await sleep(500)

for (const { id, title } of parts) {
  if (!existsSync(`${title.replace(' ', '-')}.txt`)) throw new Error(`${title} is not there`)
  maestro('task', 'complete', id)
}
maestro('task', 'complete', own)
maestro('report', 'complete', 'Both halves are there')
