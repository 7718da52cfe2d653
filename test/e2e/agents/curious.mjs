#!/usr/bin/env node
// A scripted agent that does what it may not: it tells which token it has, answers for a person, and spawns a helper.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const maestro = (args, env = process.env) => {
  const { status, stderr } = spawnSync('maestro', args, { encoding: 'utf8', env })
  return { status, stderr }
}

const { MAESTRO_API_TOKEN: token, ...stripped } = process.env
const { MAESTRO_SESSION_ID: session } = process.env
writeFileSync(
  'told.json',
  JSON.stringify({
    token,
    renamed: maestro(['api', 'updateSession', `--param=id=${session}`, '--body={"name":"mine"}']),
    deleted: maestro(['api', 'deleteSession', `--param=id=${session}`]),
    reported: maestro(['report', 'progress', 'Looking around'], stripped),
  }),
)
maestro(['report', 'complete', 'Looked around'], stripped)
