// Skips the tests of the contract that cannot hold here, and says why.
import { beforeEach } from 'vitest'
import { differences } from '../contract/differences'

beforeEach((context) => {
  const difference = differences.find(({ test }) => test === context.task.name)
  if (difference) context.skip(difference.reason)
})
