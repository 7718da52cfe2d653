/** The library that speaks to PostgreSQL, in a file of its own: 110 KB that no other server reads. */
export { Client, Pool } from 'pg'
