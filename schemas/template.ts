import * as z from 'zod'
import { requiredText, timestamp } from './fields'

export const Role = z.enum(['worker', 'orchestrator'])

export const Template = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the template', examples: ['tmpl_1738713600000_k3j4h5g6f'] }),
    name: requiredText(200).meta({ description: 'Name, stored trimmed', examples: ['Careful worker'] }),
    role: Role.meta({ description: 'Role that it is for', examples: ['worker'] }),
    content: z
      .string()
      .meta({ description: 'Markdown with placeholders', examples: ['You work on {{PROJECT_NAME}}.'] }),
    isDefault: z.boolean().meta({ description: 'Whether the server made it', examples: [false] }),
    createdAt: timestamp('When the template was created'),
    updatedAt: timestamp('When the template last changed'),
  })
  .meta({ title: 'Template', description: 'The prompt that sessions of a role start from' })

export type Role = z.infer<typeof Role>
export type Template = z.infer<typeof Template>
