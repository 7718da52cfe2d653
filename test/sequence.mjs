import { relative } from 'node:path'
import { BaseSequencer } from 'vitest/node'

/** @import { TestSpecification } from 'vitest/node' */

/** These wait, for a time to pass or for processes, rather than compute: more than two thirds of their time. */
const waiting = [
  'contract/agent-connections',
  'contract/claim-next',
  'contract/heartbeat',
  'crash/beats',
  'crash/kills',
  'drivers/lock-takeover',
  'e2e/driver-restart',
  'e2e/restart',
  'e2e/runner-restart',
  'e2e/stopping',
  'e2e/tmux',
  'hosted/kv-mirror',
  'hosted/sleep',
  'local-dev/demo-acp',
  'local-dev/driver-',
  'local-dev/manifest-cli',
  'local-dev/session-process',
  'node/acp-',
  'node/deploy',
  'node/readme',
]

/** @type {(file: TestSpecification) => boolean} */
const waits = ({ moduleId }) => {
  const path = relative(import.meta.dirname, moduleId)
  return waiting.some((prefix) => path.startsWith(prefix))
}

/**
 * Where each of a list comes in the whole, from 0 to `until`.
 * @type {(files: readonly TestSpecification[], until: number) => { file: TestSpecification; place: number }[]}
 */
const places = (files, until) => files.map((file, index) => ({ file, place: (index / files.length) * until }))

/**
 * Spreads the files of a project that wait over those that compute: side by side they would leave the processors with
 * nothing to do. The last of them do not begin last, or they would be waited for at the end.
 */
export class SpreadSequencer extends BaseSequencer {
  /** @override @type {BaseSequencer['sort']} */
  async sort(files) {
    const sorted = await super.sort(files)
    return [...new Set(sorted.map(({ project }) => project))].flatMap((project) => {
      const own = sorted.filter((file) => file.project === project)
      const computing = own.filter((file) => !waits(file))
      return [...places(own.filter(waits), 0.9), ...places(computing, 1)]
        .sort((a, b) => a.place - b.place)
        .map(({ file }) => file)
    })
  }
}
