/** What was chosen for a channel. */
import type { Records } from '../core/records.ts';
import type { Database } from './database.ts';

export const channels = (db: Database): Pick<Records, 'channelBrush' | 'setChannelBrush'> => ({
  async channelBrush({ platform, id }) {
    const where = { platform_channelId: { platform, channelId: id } };
    return (await db.channelSetting.findUnique({ where }))?.brush;
  },
  async setChannelBrush({ platform, id }, brush) {
    const channel = { platform, channelId: id };
    if (brush === undefined) await db.channelSetting.deleteMany({ where: channel });
    else
      await db.channelSetting.upsert({
        where: { platform_channelId: channel },
        create: { ...channel, brush },
        update: { brush },
      });
  },
});
