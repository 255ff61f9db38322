window.addEventListener("load", function () {
  SwaggerUIBundle({ url: "/api/schema/", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: true });
});
