// Fails, and tells what it made up.
import fc from 'fast-check'
import { it } from 'vitest'
import { createRandom } from '../../random'

const fail = (madeUp: unknown) => {
  throw new Error(`made up: ${JSON.stringify(madeUp)}`)
}

it('with what fast-check makes', () => {
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 10 }), fail), { endOnFailure: true })
})

it('with numbers of our own', () => {
  const random = createRandom('numbers')
  fail([random(), random(), createRandom('others')()])
})
