/** Whether a file that the program keeps is a picture with a thumbnail, told by its name. */
export const isPicture = (name: string) => /\.(jpe?g|png|gif|webp)$/i.test(name)
