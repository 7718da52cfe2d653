import fc from 'fast-check'
import { scaled, seed } from './random'

fc.configureGlobal({ seed, numRuns: scaled(100) })
