// Our configuration, for the one file that is made to fail: test/node/seed.test.ts runs it.
import { defineConfig } from 'vitest/config'
import config from '../../../vitest.config'

const { globalSetup = [], setupFiles = [] } = config.test ?? {}

export default defineConfig({ test: { globalSetup, setupFiles, include: ['test/node/seed/failing.ts'] } })
