// A card says why its task waited a while ago, or asks the server for ever.
import { expect, it } from 'vitest'
import { createReasons } from '../../console/state/reasons'

/** A server whose answers come when the test says so. */
const start = () => {
  const asked: { taskId: string; answer(sentences: string[]): void; fail(): void }[] = []
  const reasons = createReasons(
    (taskId) =>
      new Promise((answer, reject) => asked.push({ taskId, answer, fail: () => reject(new Error('away')) })),
  )
  return { asked, reasons }
}

it('is what the server says, asked once for what has not changed', async () => {
  const { asked, reasons } = start()
  const looked = reasons.look('t', 'one')
  void reasons.look('t', 'one')
  expect(asked).toHaveLength(1)
  expect(reasons.get('t')).toEqual([])
  asked[0]?.answer(['It waits for "A", which is todo'])
  await looked
  void reasons.look('t', 'one')
  expect(asked).toHaveLength(1)
  expect(reasons.get('t')).toEqual(['It waits for "A", which is todo'])
  expect(reasons.get('another')).toEqual([])
})

it('is the answer to the last question, whichever comes last', async () => {
  const { asked, reasons } = start()
  const [first, second] = [reasons.look('t', 'one'), reasons.look('t', 'two')]
  asked[1]?.answer(['new'])
  await second
  asked[0]?.answer(['old'])
  await first
  expect(reasons.get('t')).toEqual(['new'])
})

it('stays while the server is away, and is asked again when somebody looks', async () => {
  const { asked, reasons } = start()
  const looked = reasons.look('t', 'one')
  asked[0]?.answer(['one'])
  await looked
  const failed = reasons.look('t', 'two')
  asked[1]?.fail()
  await failed
  expect(reasons.get('t')).toEqual(['one'])
  void reasons.look('t', 'two')
  expect(asked).toHaveLength(3)
})
