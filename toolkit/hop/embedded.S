/* The built hop, byte for byte. */
        .section .rodata
        .globl hop_begin
        .globl hop_end
        .balign 16
hop_begin:
        .incbin HOP_FILE
hop_end:
        .section .note.GNU-stack, "", %progbits
