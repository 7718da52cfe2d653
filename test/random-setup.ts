import fc from 'fast-check'
import { afterAll } from 'vitest'
import { count, writeFigures } from './figures'
import { scaled, seed } from './random'

fc.configureGlobal({ seed, numRuns: scaled(100), beforeEach: () => count('inputs') })
afterAll(writeFigures)
