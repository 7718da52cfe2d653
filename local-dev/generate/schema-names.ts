import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { toJsonSchemas } from '../../schemas/json-schema'
import { typeTextOf } from './type-text'

/** How TypeScript names the type of a schema, and what has to be imported for it. */
export interface TypeName {
  text: string
  imports: readonly { name: string; module: string }[]
}

const folder = join(import.meta.dirname, '../../schemas')

/** Finds the type of a schema: one that a module of `schemas/` exports has its name, any other is written out. */
export const createTypeNames = async (): Promise<(schema: z.ZodType, io: 'input' | 'output') => TypeName> => {
  const exported = new Map<unknown, { name: string; module: string }>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const module = file.slice(0, -'.ts'.length)
    const exports: Record<string, unknown> = await import(join(folder, file))
    for (const [name, value] of Object.entries(exports))
      if (value instanceof z.ZodType) exported.set(value, { name, module })
  }
  const nameOf = (schema: z.ZodType, io: 'input' | 'output'): TypeName => {
    const known = exported.get(schema)
    if (known) return { text: known.name, imports: [known] }
    if (schema instanceof z.ZodArray && schema.element instanceof z.ZodType) {
      const { text, imports } = nameOf(schema.element, io)
      return { text: `${text}[]`, imports }
    }
    const { of, named } = toJsonSchemas([schema], io, '#/')
    return { text: typeTextOf(of(schema), (ref) => named[ref.slice('#/'.length)]), imports: [] }
  }
  return nameOf
}
