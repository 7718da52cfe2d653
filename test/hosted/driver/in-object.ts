// As much of vitest as the driver suite needs, where vitest does not run: inside an object.
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect'

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin)

export const { expect } = chai

/** Ends a test that does not apply. */
class Skipped extends Error {}

interface Context {
  skip(reason: string): never
}
type Test = (context: Context) => Promise<void> | void

const tests = new Map<string, Test>()
export const describe = (_name: string, define: () => void): void => define()
export const it = (name: string, test: Test): void => void tests.set(name, test)

export const names = (): string[] => [...tests.keys()]

export interface Outcome {
  failed?: string
  skipped?: string
}

export const run = async (name: string): Promise<Outcome> => {
  try {
    await tests.get(name)?.({
      skip(reason) {
        throw new Skipped(reason)
      },
    })
    return {}
  } catch (error) {
    if (error instanceof Skipped) return { skipped: error.message }
    return { failed: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }
  }
}
