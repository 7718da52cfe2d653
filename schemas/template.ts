import * as z from 'zod'
import { requiredText, timestamp } from './fields'

export const Role = z.enum(['worker', 'orchestrator'])

/** The longest content that a request may bring: 256 KiB of UTF-8. Built-in texts are about 6 KiB. */
const maxContentBytes = 262_144

const docs = {
  name: { description: 'Name, stored trimmed', examples: ['Careful worker'] },
  role: { description: 'Role that it is for; it never changes', examples: ['worker'] },
  content: {
    description: 'Markdown with placeholders, up to 256 KiB',
    examples: ['You work on {{PROJECT_NAME}}.'],
  },
}

const name = requiredText(200)

/** Not trimmed: in Markdown, space at the beginning of a line has a meaning. */
const content = z
  .string()
  .regex(/\S/, { error: 'content is required' })
  .refine((text) => new TextEncoder().encode(text).length <= maxContentBytes, {
    error: `content must be at most ${maxContentBytes} bytes of UTF-8`,
  })

/** A role as a body names it: a blank one is missing, any other that we do not know is wrong. */
const requestedRole = z.enum(Role.options, {
  error: ({ input }) =>
    input == null || (typeof input === 'string' && input.trim() === '') ? 'role is required' : 'Invalid role',
})

/** A role as a path names it; any other word is refused with the message that the endpoint's contract has. */
export const roleInPath = (refusal: string) =>
  z.enum(Role.options, { error: refusal }).meta({ description: 'Role of a session' })

export const Template = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the template', examples: ['tmpl_1738713600000_k3j4h5g6f'] }),
    name: name.meta(docs.name),
    role: Role.meta(docs.role),
    content: z.string().meta(docs.content),
    isDefault: z.boolean().meta({ description: 'Whether the server made it', examples: [false] }),
    createdAt: timestamp('When the template was created'),
    updatedAt: timestamp('When the template last changed'),
  })
  .meta({ title: 'Template', description: 'The prompt that sessions of a role start from' })

export const CreateTemplateRequest = z
  .object({
    name: name.meta(docs.name),
    role: requestedRole.meta(docs.role),
    content: content.meta(docs.content),
  })
  .meta({ title: 'CreateTemplateRequest', description: 'Body of POST /api/templates' })

export const UpdateTemplateRequest = z
  .object({
    name: name.optional().meta(docs.name),
    content: content.optional().meta(docs.content),
  })
  .meta({
    title: 'UpdateTemplateRequest',
    description: 'Body of PUT /api/templates/{id}; absent fields keep their value',
  })

export const BuiltInTemplate = z
  .object({
    role: Role.meta({ description: 'Role that it is for', examples: ['worker'] }),
    content: z.string().meta(docs.content),
  })
  .meta({ title: 'BuiltInTemplate', description: 'The text that a role starts from without any template' })

export type Role = z.infer<typeof Role>
export type Template = z.infer<typeof Template>
export type CreateTemplateRequest = z.infer<typeof CreateTemplateRequest>
export type UpdateTemplateRequest = z.infer<typeof UpdateTemplateRequest>
export type BuiltInTemplate = z.infer<typeof BuiltInTemplate>
