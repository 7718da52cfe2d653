/** The fields of a request as flags: named, explained and checked as its schema has it. */
import type { StringArgDef } from 'citty'
import * as z from 'zod'
import { describeProblem, problemsOf } from '../../schemas/problems'
import { listOf } from './arguments'
import { UsageError } from './exit'

/** Lists of ids, which have no commas in them; sentences have. */
const idLists: readonly string[] = ['taskIds', 'skills', 'skillIds', 'agentIds', 'dependencies', 'sessionIds']
const sentenceLists: readonly string[] = ['acceptanceCriteria']
/** What is no text in words: it is taken as it is, never from a file. */
const hints: Readonly<Record<string, string>> = {
  id: 'ID',
  projectId: 'ID',
  parentId: 'ID',
  templateId: 'ID',
  agentId: 'ID',
  model: 'MODEL',
  dueDate: 'DATE',
  workingDir: 'DIRECTORY',
  context: 'JSON',
}

/** `parentId` is `--parent-id`. */
const flagOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

type Shape = Readonly<Record<string, z.ZodType>>

/** A flag for each of these fields of a request. */
export const flagsOf = (shape: Shape, fields: readonly string[]): Record<string, StringArgDef> =>
  Object.fromEntries(fields.map((field) => [flagOf(field), flagFor(field, shape[field])]))

const flagFor = (field: string, schema: z.ZodType | undefined): StringArgDef => {
  const description = schema?.meta()?.description ?? field
  const isIdList = idLists.includes(field)
  return {
    type: 'string',
    description: sentenceLists.includes(field) ? `${description}; once for each` : description,
    valueHint: isIdList ? 'ID,ID' : (choicesOf(schema)?.join('|') ?? hints[field] ?? 'TEXT'),
  }
}

/** The flags among these that may be given more than once. */
export const repeatableOf = (fields: readonly string[]): string[] =>
  fields.filter((field) => idLists.includes(field) || sentenceLists.includes(field)).map(flagOf)

/** The values of the flags that were given, as fields of a request. The word `null` clears what can be cleared. */
export const fieldsFrom = (
  values: (flag: string) => string[],
  shape: Shape,
  fields: readonly string[],
): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const given = values(flagOf(field))
      return given.length > 0 ? [[field, valueGiven(field, shape[field], given)]] : []
    }),
  )

const valueGiven = (field: string, schema: z.ZodType | undefined, given: readonly string[]): unknown => {
  if (given.length === 1 && given[0] === 'null' && schema?.safeParse(null).success) return null
  if (idLists.includes(field)) return listOf(given)
  if (sentenceLists.includes(field)) return given.filter((sentence) => sentence.trim() !== '')
  return given[0]
}

/**
 * The request, as its schema has it; throws `UsageError` with everything that is wrong, by flag, or by the name of the
 * argument where a field is `positional`.
 */
export const requestOf = <T>(
  schema: z.ZodType<T>,
  fields: Record<string, unknown>,
  positional: readonly string[] = [],
): T => {
  const nameOf = (field: string) => (positional.includes(field) ? field.toUpperCase() : `--${flagOf(field)}`)
  const byFlag = (issue: z.core.$ZodRawIssue) =>
    describeProblem({ ...issue, path: issue.path?.map((part) => nameOf(String(part))) ?? [] })
  const read = schema.safeParse(fields, { error: byFlag })
  if (read.success) return read.data
  const problems = problemsOf(read.error).map(({ path, message }) =>
    // Some fields have words of their own for what is wrong.
    message.startsWith(`${path} `) && path in fields ? nameOf(path) + message.slice(path.length) : message,
  )
  throw new UsageError(problems.join('; '))
}

/** What `--status` asks for, checked as the entity's own status is: a word that there is not would match nothing. */
export const filterOf = <S extends z.ZodType>(
  { status }: { status: S },
  values: (flag: string) => string[],
) => requestOf(z.object({ status }), { status: values('status')[0] })

/** The same for a change, which needs at least one field. */
export const changeOf = <T>(schema: z.ZodType<T>, fields: Record<string, unknown>): T => {
  if (Object.keys(fields).length === 0) throw new UsageError('Nothing to change: give at least one flag')
  return requestOf(schema, fields)
}

const choicesOf = (schema: unknown): string[] | undefined => {
  if (schema instanceof z.ZodEnum) return schema.options.map(String)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return choicesOf(schema.unwrap())
  return schema instanceof z.ZodPipe ? choicesOf(schema.out) : undefined
}
