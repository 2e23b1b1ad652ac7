// Signs in with amazon-cognito-identity-js as aws-amplify does: SRP, then GetUser; then with a second factor, a wrong
// code first.
//
//   node sign_in.cjs MODULES URL POOL_ID CLIENT_ID EMAIL PASSWORD
//
// Prints one JSON object.

'use strict'

const { createHmac } = require('node:crypto')
const [modules, url, poolId, clientId, email, password] = process.argv.slice(2)
const { AuthenticationDetails, CognitoUser, CognitoUserPool } = require(`${modules}/amazon-cognito-identity-js`)

const nowhere = { setItem() {}, getItem() { return null }, removeItem() {}, clear() {} }
const pool = new CognitoUserPool({ UserPoolId: poolId, ClientId: clientId, endpoint: `${url}/`, Storage: nowhere })
const person = () => new CognitoUser({ Username: email, Pool: pool, Storage: nowhere })

function code(secret, steps) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map(letter => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps))
  const tag = createHmac('sha1', key).update(counter).digest()
  return String((tag.readUInt32BE(tag[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}

// What the library calls back with, by the name of the callback.
function signIn(user, secret) {
  return new Promise(settle => {
    const settled = name => (...values) => settle({ name, values })
    const details = new AuthenticationDetails({ Username: email, Password: secret })
    user.authenticateUser(details, {
      onSuccess: settled('onSuccess'),
      onFailure: settled('onFailure'),
      totpRequired: settled('totpRequired'),
      mfaSetup: settled('mfaSetup'),
      newPasswordRequired: settled('newPasswordRequired'),
    })
  })
}

const sendCode = (user, text) => new Promise(settle => user.sendMFACode(text, {
  onSuccess: session => settle({ session }),
  onFailure: problem => settle({ problem: problem.code }),
}, 'SOFTWARE_TOKEN_MFA'))

const userData = user => new Promise((settle, fail) =>
  user.getUserData((problem, data) => problem ? fail(problem) : settle(data), { bypassCache: true }))

async function main() {
  const first = person()
  const opened = await signIn(first, password)
  const session = opened.values[0]
  const data = await userData(first)
  const wrong = await signIn(person(), `${password}x`)

  const secret = await new Promise((settle, fail) =>
    first.associateSoftwareToken({ associateSecretCode: settle, onFailure: fail }))
  const verified = await new Promise((settle, fail) =>
    first.verifySoftwareToken(code(secret, -1), 'phone', { onSuccess: settle, onFailure: fail }))
  await new Promise((settle, fail) => first.setUserMfaPreference(
    null, { Enabled: true, PreferredMfa: true }, problem => problem ? fail(problem) : settle()))

  const second = person()
  const asked = await signIn(second, password)
  const mismatch = await sendCode(second, '000000')
  const proven = await sendCode(second, code(secret, 0))
  const factors = await userData(second)
  const refreshed = await new Promise((settle, fail) => second.refreshSession(
    proven.session.getRefreshToken(), (problem, fresh) => problem ? fail(problem) : settle(fresh)))
  const signedOut = await new Promise((settle, fail) =>
    second.globalSignOut({ onSuccess: settle, onFailure: fail }))

  console.log(JSON.stringify({
    opened: opened.name,
    idToken: session.getIdToken().getJwtToken(),
    username: data.Username === session.getIdToken().payload.sub,
    attributes: data.UserAttributes.map(pair => pair.Name).sort(),
    wrong: [wrong.name, wrong.values[0].code],
    verified: Boolean(verified),
    asked: asked.name,
    mismatch: mismatch.problem,
    preferred: factors.PreferredMfaSetting,
    refreshed: refreshed.isValid(),
    signedOut,
  }))
}

main().catch(problem => {
  console.error(problem)
  process.exit(1)
})
