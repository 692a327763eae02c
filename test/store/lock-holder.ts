/** A process that holds the lock of a folder until it is killed. */
import { lockFolder } from '../../server/store/lock.ts';

lockFolder(process.argv[2] ?? '');
process.send?.('locked');
setInterval(() => {}, 1000);
