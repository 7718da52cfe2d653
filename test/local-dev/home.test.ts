// A service without a home must not put its data where nobody looks for it.
import { userInfo } from 'node:os'
import { expect, it, onTestFinished, vi } from 'vitest'
import { homeFolder } from '../../local-dev/lib/home'

it.each(['', undefined])('a HOME of %j is none: the folder of the user counts', (home) => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('HOME', home)
  expect(homeFolder()).toBe(userInfo().homedir)
})
