import type * as z from 'zod'
import { errorCodes } from './error-codes'
import { AcpError } from './errors'

/** A result as the protocol has it. Throws `AcpError` where it is not. */
export const readAnswer = <T extends z.ZodType>(schema: T, method: string, result: unknown): z.output<T> => {
  const { success, data, error } = schema.safeParse(result)
  if (success) return data
  const [issue] = error.issues
  throw new AcpError({
    code: errorCodes.internal,
    message: `${method} was answered with what is no answer: ${issue?.path.join('.')} ${issue?.message}`,
    data: result,
  })
}
