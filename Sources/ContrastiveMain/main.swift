import ContrastiveCommand

ContrastiveProgram.run()
