/**
 * `npm run test:quick` and `npm run test:long -- NAME`: parts of the tests, with less or more of what they make up.
 * `TEST_SEED` repeats a run; `TEST_SCALE` is how much of each random test is done, 1 in `npm test`.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** A hundred times what `npm test` does of them. */
const campaigns = {
  crash: { about: 'kill -9 under fifty writers, 1,000 times', args: ['--project', 'node', 'test/crash'] },
  build: { about: 'a build killed 1,000 times', args: ['--project', 'node', 'test/node/build-kill.test.ts'] },
  fuzz: {
    about:
      '8,000 sequences of 25 requests that nobody would think of, and a client that is cut off meanwhile',
    args: ['--project', 'server', 'test/contract/fuzz.test.ts', 'test/contract/reconnect.test.ts'],
  },
  faces: {
    about: 'REST, client, command line and reference asked the same, 1,500 inputs for each operation',
    args: ['--project', 'memory', 'test/functions/faces.test.ts'],
  },
  rules: {
    about: 'models of queue, session and task against the rules',
    args: ['--project', 'memory', 'test/rules'],
  },
  recovery: {
    about: 'journals that are cut, damaged or killed in the middle, and disks that fail',
    args: ['--project', 'inside', 'test/drivers/recovery.test.ts', 'test/drivers/sequential-commit.test.ts'],
  },
}

const say = (text) => process.stderr.write(`${text}\n`)

const run = (args, scale) => {
  const env = { TEST_SCALE: String(scale), ...process.env }
  const began = performance.now()
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', ...args], { env, stdio: 'inherit' })
  child.once('exit', (code) => {
    say(`${((performance.now() - began) / 1000).toFixed(1)} s at TEST_SCALE=${env.TEST_SCALE}`)
    process.exitCode = code ?? 1
  })
}

const [kind, name, ...others] = process.argv.slice(2)
const campaign = Object.hasOwn(campaigns, name ?? '') ? campaigns[name] : undefined
if (kind === 'quick') run(['--project', 'memory', ...process.argv.slice(3)], 0.05)
else if (campaign) {
  say(`${name}: ${campaign.about}`)
  run([...campaign.args, ...others], 100)
} else {
  say('Name one: npm run test:long -- NAME')
  for (const [known, { about }] of Object.entries(campaigns)) say(`  ${known.padEnd(10)}${about}`)
  process.exitCode = 64
}
