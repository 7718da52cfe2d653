/** Old builds, which are removed when nothing can run from them any more. */
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'

/** Time for a build that is under way, and for a process that is about to load its files. */
const graceMs = 60 * 60 * 1000
/** `ps` prints whole seconds, and clocks are set now and then. */
const slackMs = 60 * 1000

/**
 * Removes what is not of the current build, an hour after it ceased to be current, and only if no process of Node
 * that was started while it was current still runs. Such a process may load more of its files at any time.
 *
 * @param {string} outdir
 * @param {string[]} used names in it that are of the current build
 */
export const removeSuperseded = (outdir, used) => {
  const now = Date.now()
  const old = readdirSync(outdir)
    .filter((name) => !used.includes(name))
    .map((name) => ({ path: join(outdir, name), ...lifetimeOf(join(outdir, name)) }))
    .filter(({ until }) => until < now - graceMs)
  if (old.length === 0) return
  const mayRun = whatMayRun(now)
  for (const { path, since, until } of old) if (!mayRun(since - slackMs, until + slackMs)) remove(path)
}

/** From when until when a build was current, in milliseconds since 1970. */
const lifetimeOf = (path) => {
  const timeOf = (file) => {
    try {
      return statSync(file).mtimeMs
    } catch {
      // It is gone, or what lies there is a file and no directory: a build of the earlier layout.
      return undefined
    }
  }
  const until = timeOf(path) ?? Date.now()
  return { since: timeOf(join(path, 'server.js')) ?? until, until }
}

/**
 * Whether a process of Node that was started in a span of time, in milliseconds since 1970, runs now. Without `ps`
 * (Windows, small containers) that is taken for granted, unless the machine was started later.
 */
const whatMayRun = (now) => {
  const { status, stdout } = spawnSync('ps', ['-A', '-o', 'etime=', '-o', 'args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) return (_since, until) => until > now - uptime() * 1000
  const starts = [...stdout.matchAll(/^ *(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+) .*(?:node|maestro)/gm)].map(
    ([, days = 0, hours = 0, minutes, seconds]) =>
      now - 1000 * (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)),
  )
  return (since, until) => starts.some((start) => start > since && start < until)
}

const remove = (path) => {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // The next build tries again.
  }
}
