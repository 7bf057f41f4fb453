package settlement

// Chunk lets a test end the program between two chunks.
var Chunk = (*Service).chunk
