/** What arguments of several tools are: names and shapes are those of the API. */
import * as z from 'zod'

/** How many are shown where nobody says it: an agent reads all of it. */
const defaultLimit = 20

const maxLimit = 100

export const limit = z.int().min(1).max(maxLimit).default(defaultLimit).meta({ description: 'Default 20' })

export const cursor = z.string().optional().meta({ description: 'From the answer before' })

/** An id that may be left out. */
export const optionalId = (description: string) => z.string().min(1).optional().meta({ description })

export const taskId = z.string().min(1)
