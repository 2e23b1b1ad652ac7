// The API page: signs in through the same protocol as every client and adds the id token to the calls tried here.
"use strict";
let token = null;
const said = (text) => { document.getElementById("said").textContent = text; };

async function signIn(email, password) {
  const { clientId } = await (await fetch("/users/authentication")).json();
  const answer = await fetch("/", {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: clientId,
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message);
  return body.AuthenticationResult.IdToken;
}

document.getElementById("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    token = await signIn(document.getElementById("email").value, document.getElementById("password").value);
    document.getElementById("password").value = "";
    said("Signed in: calls below carry the session.");
  } catch (error) {
    token = null;
    said(`Not signed in: ${error.message}`);
  }
});

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (token !== null) request.headers.Authorization = token;
    return request;
  },
});
