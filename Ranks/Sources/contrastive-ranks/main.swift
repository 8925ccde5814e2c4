import ContrastiveCommand

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Swift orders sets and dictionaries by a seed that every process draws for itself. No result
// depends on that order, but what processes send each other must come in one order in all of them.
if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
  setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
  execv("/proc/self/exe", CommandLine.unsafeArgv)
}
ContrastiveProgram.run(in: MPIProcesses())
