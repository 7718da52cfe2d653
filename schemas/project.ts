import * as z from 'zod'
import { clearable, optionalOnCreate, requiredText, timestamp } from './fields'

const id = z.string().meta({ description: 'Id of the project', examples: ['proj_1738713600000_x7k9m2p4q'] })

/** A POSIX or Windows absolute path. It is not checked to exist. */
const absolutePath = z
  .string()
  .max(4096)
  .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, {
    error: 'workingDir must be an absolute path, e.g. /home/ada/app',
  })
const name = requiredText(200)
const description = z.string().max(2000)

export const Project = z
  .looseObject({
    id,
    name: name.meta({ description: 'Name, stored trimmed', examples: ['app'] }),
    workingDir: z
      .string()
      .meta({ description: 'Absolute path in which sessions work', examples: ['/home/ada/app'] }),
    description: description
      .optional()
      .meta({ description: 'What the project is', examples: ['The web shop'] }),
    createdAt: timestamp('When the project was created'),
    updatedAt: timestamp('When the project last changed'),
  })
  .meta({ title: 'Project', description: 'A codebase that tasks and sessions belong to' })

export const CreateProjectRequest = z
  .object({
    name: name.meta({ description: 'Name, stored trimmed', examples: ['app'] }),
    workingDir: optionalOnCreate(absolutePath).meta({
      description: 'Absolute path in which sessions work; default: where the server was started',
      examples: ['/home/ada/app'],
    }),
    description: optionalOnCreate(description).meta({
      description: 'What the project is',
      examples: ['The web shop'],
    }),
  })
  .meta({ title: 'CreateProjectRequest', description: 'Body of POST /api/projects' })

export const UpdateProjectRequest = z
  .object({
    name: name.optional().meta({ description: 'New name', examples: ['app'] }),
    workingDir: absolutePath
      .optional()
      .meta({ description: 'New working directory, an absolute path', examples: ['/home/ada/app'] }),
    description: clearable(description).meta({
      description: 'New description; null removes it',
      examples: ['The web shop'],
    }),
  })
  .meta({
    title: 'UpdateProjectRequest',
    description: 'Body of PUT /api/projects/{id}; absent fields keep their value',
  })

export type Project = z.infer<typeof Project>
export type CreateProjectRequest = z.infer<typeof CreateProjectRequest>
export type UpdateProjectRequest = z.infer<typeof UpdateProjectRequest>
