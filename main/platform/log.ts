/** One log file below the data folder, rotated at a megabyte; nothing goes anywhere else. */
import { join } from 'node:path';
import log from 'electron-log/node';

export interface Log {
  info(text: string): void;
  error(text: string): void;
  /** Where the file is. */
  file: string;
}

export function openLog(dataDir: string): Log {
  const file = join(dataDir, 'logs', 'hoplab.log');
  const logger = log.create({ logId: dataDir });
  logger.transports.console.level = false;
  logger.transports.file.level = 'info';
  logger.transports.file.maxSize = 1_000_000;
  logger.transports.file.resolvePathFn = () => file;
  return {
    file,
    info: (text) => {
      logger.info(text);
    },
    error: (text) => {
      logger.error(text);
    },
  };
}
