import * as z from 'zod'
import { Template } from '../../schemas/template'
import { endpoint } from '../endpoint'
import { answerList, pageQuery } from '../lists'

export const listTemplates = endpoint(
  { summary: 'List templates', query: pageQuery, answers: { status: 200, schema: z.array(Template) } },
  (c) => answerList(c, 'templates', {}),
)
