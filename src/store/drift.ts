/** What separates a live database from prisma/schema.prisma, as SQL. */
import type { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { NO_FILTERS, withSchemaEngine } from './schema-engine.ts';

const CHAR = 18; // Postgres' internal "char", which adapter-pg cannot read (prisma/orm#27403)
const TEXT = 25;

/** The SQL that would bring the database at `url` to the schema; undefined when they agree. */
export function drift(url: string): Promise<string | undefined> {
  return withSchemaEngine(
    url,
    async (engine, schema) => {
      const files = [schema];
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: '' },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: NO_FILTERS,
      });
      return exitCode === 0 ? undefined : (stdout ?? '');
    },
    readingCatalogs,
  );
}

/** Introspection reads catalog columns of type "char": let them pass as text and name them characters again. */
function readingCatalogs(factory: PrismaPg): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const pool = adapter.underlyingDriver();
    const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<{ fields?: { dataTypeID: number }[] }>;
    let chars: boolean[] = [];
    Object.assign(pool, {
      query: async (...args: unknown[]) => {
        const result = await query(...args);
        const fields = result.fields ?? [];
        chars = fields.map(({ dataTypeID }) => dataTypeID === CHAR);
        for (const field of fields) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT;
        return result;
      },
    });
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (sql) => {
      const result = await queryRaw(sql);
      const columnTypes = result.columnTypes.map((type, i) => (chars[i] ? ColumnTypeEnum.Character : type));
      return { ...result, columnTypes };
    };
    return adapter;
  };
  return factory;
}
