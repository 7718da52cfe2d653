/** Tools as clients list them: every word is one that each agent pays for in each of its turns. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { parseTrusted } from '../../schemas/json-text'
import type { Tool } from './tool'

/** What an agent needs of a shape; the rest the operation says when it is wrong. */
const inFewWords = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.JSONSchema }) => {
  for (const word of [
    'examples',
    'title',
    'pattern',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minimum',
    'maximum',
  ])
    Reflect.deleteProperty(jsonSchema, word)
  if (jsonSchema.description === '') delete jsonSchema.description
}

const known = new Map<Tool, ListedTool>()

/** A tool as a client gets it. */
export const listed = (tool: Tool): ListedTool => {
  const found = known.get(tool) ?? made(tool)
  known.set(tool, found)
  return found
}

const made = ({ name, description, isReadOnly, input }: Tool): ListedTool => {
  const { $schema, ...schema } = z.toJSONSchema(input, { io: 'input', override: inFewWords })
  return {
    name,
    description,
    inputSchema: parseTrusted<ListedTool['inputSchema']>(JSON.stringify(schema)),
    annotations: { readOnlyHint: isReadOnly, openWorldHint: false },
  }
}

/** What a client is told of the server as a whole. */
export const instructions =
  'Maestro hands out tasks to agents. Work: claim_next (or my_tasks), do it, report, then release your claims with an outcome. What only a person can decide: ask.'
