import { existsSync, readFileSync } from 'node:fs'
import { tiers } from '../../../functions/mcp/tier'
import { type McpConfig, mcpConfigs } from '../../agents/mcp-config'
import { homeOf } from '../../lib/home'
import { reasonOf } from '../../lib/reason'
import { replaceFile } from '../../lib/replace-file'
import { decodeUtf8 } from '../../lib/utf8'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { tierFlag } from './tier-flag'

const names = Object.keys(mcpConfigs)

export const command = defineCommand({
  about: 'Write maestro mcp into the configuration of an agent; of the token only the name of its variable',
  example: 'maestro mcp install claude --print',
  args: {
    agent: { type: 'positional', required: true, valueHint: 'AGENT', description: names.join(', ') },
    tier: { type: 'string', valueHint: 'TIER', description: `${tiers.join(', ')}; default: by the session` },
    print: { type: 'boolean', description: 'Only show what would be written, and where' },
  },
  async run({ args, variables }) {
    const config = new Map(Object.entries(mcpConfigs)).get(args.agent)
    if (!config) throw new UsageError(`There is no agent "${args.agent}" here: there are ${names.join(', ')}`)
    const tier = tierFlag(args.tier)
    const call = ['mcp', ...(tier === undefined ? [] : ['--tier', tier])]
    const file = config.file({ home: homeOf(variables), env: variables })
    const entry = config.entry(call)
    if (args.print) return { json: { agent: args.agent, file, entry }, text: `${file}:\n\n${entry}` }
    const isWritten = writeEntry(config, file, call)
    return {
      json: { agent: args.agent, file, entry, written: isWritten },
      text: isWritten
        ? `Wrote maestro into ${file}: start ${args.agent} anew`
        : `${file} says so already: nothing is changed`,
    }
  },
})

/** Whether it had to be written. */
const writeEntry = (config: McpConfig, file: string, call: readonly string[]): boolean => {
  const { present, changed } = readEntry(config, file, call)
  if (changed === present) return false
  replaceFile(file, changed)
  return true
}

const readEntry = (config: McpConfig, file: string, call: readonly string[]) => {
  try {
    const present = existsSync(file) ? decodeUtf8(readFileSync(file), 'it') : ''
    return { present, changed: config.withEntry(present, call) }
  } catch (error) {
    throw new Error(
      `${file} cannot be read as it is (${reasonOf(error)}), and is left alone: add to it yourself what --print shows`,
    )
  }
}
