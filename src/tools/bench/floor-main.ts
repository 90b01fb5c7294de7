import { runFloor } from './floor.js';

// A process of its own, so that its memory and its heap are its own: `node floor-main.js <file> <directory>`.
const [file, directory] = process.argv.slice(2);
if (file === undefined || directory === undefined) throw new Error('node floor-main.js <file> <directory>');
console.log(JSON.stringify(await runFloor(file, directory)));
