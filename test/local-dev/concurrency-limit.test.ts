import { expect, it } from 'vitest'
import { createConcurrencyLimit } from '../../local-dev/lib/concurrency-limit'

/** Work that begins when the limit lets it, and ends when a test says so. */
const createWork = (runLimited: ReturnType<typeof createConcurrencyLimit>) => {
  const begun: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const done: Promise<unknown>[] = []
  return {
    begun,
    ask(name: string) {
      const work = () =>
        new Promise<void>((resolve, reject) => {
          begun.push(name)
          ends.set(name, (error) => (error ? reject(error) : resolve()))
        })
      done.push(runLimited(work).catch((error: Error) => error.message))
    },
    async end(name: string, error?: Error) {
      ends.get(name)?.(error)
      await new Promise(setImmediate)
    },
    done: () => Promise.all(done),
  }
}

it('no more than the limit run at once, and nobody overtakes', async () => {
  const work = createWork(createConcurrencyLimit(2))
  for (const name of ['a', 'b', 'c', 'd', 'e']) work.ask(name)
  await new Promise(setImmediate)
  expect(work.begun).toEqual(['a', 'b'])
  await work.end('b')
  expect(work.begun).toEqual(['a', 'b', 'c'])
  work.ask('f')
  await work.end('a')
  await work.end('c')
  expect(work.begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  await work.end('d')
  expect(work.begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

it('work that fails gives its slot back, and its failure to who asked', async () => {
  const work = createWork(createConcurrencyLimit(1))
  for (const name of ['a', 'b', 'c']) work.ask(name)
  await new Promise(setImmediate)
  await work.end('a', new Error('a failed'))
  expect(work.begun).toEqual(['a', 'b'])
  await work.end('b')
  await work.end('c')
  expect(await work.done()).toEqual(['a failed', undefined, undefined])
  work.ask('d')
  await new Promise(setImmediate)
  expect(work.begun).toEqual(['a', 'b', 'c', 'd'])
})
