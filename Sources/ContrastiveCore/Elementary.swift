import CLibrary

/// eˣ.
package func exponential(_ x: Double) -> Double { exp(x) }

/// The natural logarithm.
package func logarithm(_ x: Double) -> Double { log(x) }

/// log(1 + x), with all its digits where x is small.
package func logarithm1p(_ x: Double) -> Double { log1p(x) }

/// log(1 + eˣ) without overflow, and with all its digits where eˣ is small.
package func softplus(_ x: Double) -> Double { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }

/// 1 / (1 + e⁻ˣ) without overflow, and with all its digits where it is small.
package func logistic(_ x: Double) -> Double {
  if x >= 0 { return 1 / (1 + exp(-x)) }
  let e = exp(x)
  return e / (1 + e)
}

/// base to a power.
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// log(n!), by log Γ(n + 1); safe to call from several threads.
package func logarithmOfFactorial(_ n: Int64) -> Double {
  #if canImport(Darwin)
    return lgamma(Double(n) + 1)
  #else
    var sign: Int32 = 0
    return lgamma_r(Double(n) + 1, &sign)
  #endif
}
