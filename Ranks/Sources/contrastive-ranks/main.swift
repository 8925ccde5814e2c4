import ContrastiveCommand

// Swift orders sets and dictionaries by a seed that every process draws for itself: what processes
// send each other never comes in such an order.
ContrastiveProgram.run(in: MPIProcesses())
